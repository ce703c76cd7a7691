/**
 * Checks of the wire protocol: test suites for any service that implements it, through its base URL. Extend a suite and
 * return your service from {@code service()}. The numbers are those of docs/wire.md.
 */
@NullMarked
package dev.millrace.contracts.wire;

import org.jspecify.annotations.NullMarked;
