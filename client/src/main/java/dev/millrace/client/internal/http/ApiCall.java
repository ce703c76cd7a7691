package dev.millrace.client.internal.http;

import dev.millrace.core.StreamPath;
import java.io.IOException;
import okhttp3.Request;
import okhttp3.Response;

/**
 * One call of the port as an HTTP request, and how to read its answer.
 *
 * @param verb what is done, for messages: {@code append}, {@code read}, ...
 * @param path the stream it is done to
 * @param request what is sent
 * @param answer reads a successful answer
 */
public record ApiCall<T>(String verb, StreamPath path, Request request, Answer<T> answer) {
    /** Reads a successful answer; what it throws unchecked means that the answer is not what the wire promises. */
    public interface Answer<T> {
        T read(Response response) throws IOException;
    }
}
