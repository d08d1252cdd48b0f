"""Encoding: frames to GIF, MP4, WebM and PNG, each file whole or not at all."""
