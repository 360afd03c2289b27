"""Results as Snowflake's clients read them: column descriptions, Arrow streams, JSON rowsets."""
