"""`python -m commune` is `commune`."""

from commune.cli import main

if __name__ == "__main__":
    main()
