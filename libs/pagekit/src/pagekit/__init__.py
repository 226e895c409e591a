"""What pages made on the server share, whoever serves them: signing in, headers, problems, style, scripts from npm."""
