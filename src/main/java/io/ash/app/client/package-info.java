/** Drives a server of this API from outside, over HTTP, as any caller would. */
@NullMarked
package io.ash.app.client;

import org.jspecify.annotations.NullMarked;
