"""Reports as documents: built once as a model, then written as DOCX, PDF, XLSX, JSON or a page."""
