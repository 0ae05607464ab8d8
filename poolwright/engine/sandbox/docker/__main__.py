"""What the plugin's launcher runs."""

from poolwright.engine.sandbox.protocol import load_messages_alone

if __name__ == "__main__":
    load_messages_alone()
    from poolwright.engine.sandbox.docker.server import main

    main()
