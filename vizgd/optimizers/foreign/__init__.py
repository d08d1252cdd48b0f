"""Methods of other libraries, and functions of the user's own: each is run as it is, and watched."""
