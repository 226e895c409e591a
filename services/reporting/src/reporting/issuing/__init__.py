"""Documents that are issued: drawn up once, frozen with what they were known from, and restated instead of changed."""
