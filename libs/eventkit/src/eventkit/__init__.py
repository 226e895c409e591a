"""What every Bugle service stands on: event store, relay, consumer, clocks and HTTP, without domain words."""
