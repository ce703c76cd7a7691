/** Servers in processes of their own: ours, and those that it is compared with. */
@NullMarked
package dev.millrace.benchmarks.server;

import org.jspecify.annotations.NullMarked;
