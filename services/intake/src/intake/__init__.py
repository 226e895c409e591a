"""Intake: programmes, directories, enterprises, teams, visits and the issues that enterprises raise."""
