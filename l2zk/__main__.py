"""`python -m l2zk` is the command `l2zk`."""

from l2zk.cli import main

if __name__ == "__main__":
    main(prog_name="l2zk")
