package dev.millrace.jsonata;

import java.util.Map;

/**
 * The text of an expression for the parser. Comments are blank, and each regular expression is a variable of the same
 * length, so positions do not change.
 *
 * @param regexes by variable
 */
record PreparedSource(String text, Map<String, RegexFunction> regexes) {}
