"""Level-triggered reconciling on top of kopf's watch streams. Knows no kind of Swirl's."""
