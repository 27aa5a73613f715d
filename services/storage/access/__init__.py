"""Who is calling, what that caller may do, and how a person becomes a curator."""
