"""`bugle import`: programme folders and offices' own spreadsheets into intake."""
