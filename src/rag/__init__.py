"""Ask the Article: questions about articles, answered in the articles' own words."""
