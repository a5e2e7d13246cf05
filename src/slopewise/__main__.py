"""`python -m slopewise` is the `slopewise` command."""

from slopewise.cli.main import main

__all__: list[str] = []

if __name__ == "__main__":
    main()
