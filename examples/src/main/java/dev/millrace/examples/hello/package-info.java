/** The README's processor: answers every message with a model's reply to the whole conversation. */
@NullMarked
package dev.millrace.examples.hello;

import org.jspecify.annotations.NullMarked;
