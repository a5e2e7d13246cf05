"""The version of slopewise, written once."""

VERSION = "0.1.0"
