/**
 * What a service keeps beside its events, and hides: the secrets of projects ({@link dev.millrace.server.security.Vault})
 * and the tokens with which callers say what they may do ({@link dev.millrace.server.security.AccessTokens}). Each is one
 * small file, replaced as a whole.
 */
@NullMarked
package dev.millrace.server.security;

import org.jspecify.annotations.NullMarked;
