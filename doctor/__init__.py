"""Is this office sound? Each check looks at one promise and says in Chinese where it is broken."""
