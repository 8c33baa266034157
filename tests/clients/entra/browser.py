"""The browser of a user who approves whatever it shows."""

import sys

import world

world.browse(sys.argv[1])
