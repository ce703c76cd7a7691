/** The commands {@code serve} and {@code token}. Not API. */
@NullMarked
package dev.millrace.cli.internal.service;

import org.jspecify.annotations.NullMarked;
