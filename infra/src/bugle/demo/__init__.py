"""`bugle demo` and `bugle figures`: the five programmes on a running system, their published figures beside ours."""
