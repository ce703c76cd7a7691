/** The contract suite of event stores. */
@NullMarked
package dev.millrace.contracts.store;

import org.jspecify.annotations.NullMarked;
