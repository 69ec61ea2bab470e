// The library view: lists, adds and chooses articles by the REST interface.

onClick(".scope-of-question", () => look("library"));
