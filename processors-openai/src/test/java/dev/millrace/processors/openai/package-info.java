/** Tests of the agent: pure parts by themselves, the rest against a real model server, engine and runner. */
@NullMarked
package dev.millrace.processors.openai;

import org.jspecify.annotations.NullMarked;
