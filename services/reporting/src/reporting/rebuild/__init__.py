"""The rebuild: all tables anew from the topics, compared with the live ones and put in their place; work goes on."""
