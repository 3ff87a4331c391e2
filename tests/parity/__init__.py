"""Agreement with numbers recorded from the published code; the script that writes the table shares this package."""
