"""A review as a document, and the document as Markdown, on a terminal, as a page."""
