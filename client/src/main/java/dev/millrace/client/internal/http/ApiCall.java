package dev.millrace.client.internal.http;

import dev.millrace.core.StreamPath;
import java.io.IOException;
import okhttp3.Request;
import okhttp3.Response;

/** The HTTP request of one call of {@code EventStreams}, the decoder of its response, and its name for messages. */
public record ApiCall<T>(String verb, StreamPath path, Request request, Answer<T> answer) {
    /** Reads a successful response; an unchecked exception means that it is not in the wire format. */
    public interface Answer<T> {
        T read(Response response) throws IOException;
    }
}
