"""Trained models behind a page and a JSON API; the only room that imports starlette and uvicorn."""
