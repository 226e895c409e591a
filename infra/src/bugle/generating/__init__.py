"""Made-up ledgers of any size: courses of issues drawn from a seed, told as rows that `bugle import` takes."""
