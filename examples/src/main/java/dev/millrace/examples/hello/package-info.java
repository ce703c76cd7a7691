/** The example of the README: a processor that answers every message with a model's reply to the conversation. */
@NullMarked
package dev.millrace.examples.hello;

import org.jspecify.annotations.NullMarked;
