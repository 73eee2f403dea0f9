"""The same pipeline under other servers, each written as its own documents show; `make peers` installs them."""
