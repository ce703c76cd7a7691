package dev.millrace.jsonata;

import java.util.Map;

/**
 * An expression's text made ready for the parser: comments are blank, and each regular expression is a variable of the same
 * length, so that positions stay what they were.
 *
 * @param regexes by variable
 */
record PreparedSource(String text, Map<String, RegexFunction> regexes) {}
