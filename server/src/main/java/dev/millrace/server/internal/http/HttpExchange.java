package dev.millrace.server.internal.http;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.server.internal.formats.JsonIndenter;
import dev.millrace.server.security.Grant;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.NetworkChannel;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** One request and its answer. Only the first answer is sent; later ones are ignored. Thread-safe. */
public final class HttpExchange {
    private static final String JSON = "application/json";
    private static final int LONG = 64 * 1024;

    private final Request request;
    private final Response response;
    private final Callback callback;
    private final QueryParameters query;
    private final ProjectSlug project;
    private final boolean foreign;
    private final Admission admission;
    private final Executor executor;
    private final Executor largeBodies;
    private final RequestMemory memory;
    private final AtomicBoolean ended = new AtomicBoolean();

    HttpExchange(
            Request request,
            Response response,
            Callback callback,
            QueryParameters query,
            ProjectSlug project,
            boolean foreign,
            Admission admission,
            Executor executor,
            Executor largeBodies,
            RequestMemory memory) {
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.query = query;
        this.project = project;
        this.foreign = foreign;
        this.admission = admission;
        this.executor = executor;
        this.largeBodies = largeBodies;
        this.memory = memory;
        Request.addCompletionListener(request, failure -> memory.end());
    }

    /** Runs work that may block. */
    public Executor executor() {
        return executor;
    }

    /** Runs work on a large body. It has few threads. */
    Executor largeBodies() {
        return largeBodies;
    }

    /** What this request may use of the memory of the server. */
    public RequestMemory memory() {
        return memory;
    }

    /**
     * The rights of the caller, by its token, when the request arrived. Throws a 401 {@link HttpErrorException} if a
     * token is required and no valid one was sent, and a 400 if the header of its chain is malformed.
     */
    public CallerPermissions authenticate() {
        return admission.permissions();
    }

    /**
     * The rights of a sender whose signature was checked, or is going to be: to append to this stream. They do not depend
     * on a token.
     */
    public CallerPermissions ofSender(StreamPath path) {
        Grant grant = new Grant(
                "of the sender at " + Request.getRemoteAddr(request),
                Optional.of(project),
                path,
                Set.of(Operation.APPEND),
                Optional.empty());
        return new CallerPermissions(grant, project, sender -> true, admission.chain());
    }

    /** The identity of the caller for rate limits: the id of its token, or else its address. */
    public String caller(CallerPermissions permissions) {
        return permissions.grant().equals(Grant.EVERYTHING)
                ? Request.getRemoteAddr(request)
                : permissions.grant().id();
    }

    public Request request() {
        return request;
    }

    public Response response() {
        return response;
    }

    public QueryParameters query() {
        return query;
    }

    public ProjectSlug project() {
        return project;
    }

    /** Whether a web page of another site sent the request. */
    public boolean isForeign() {
        return foreign;
    }

    public boolean isHead() {
        return request.getMethod().equals("HEAD");
    }

    /**
     * Answers with JSON, indented for reading in a terminal if it is short; indented, a long one can fill the memory.
     * The request keeps only the memory of the answer: its reader may be slow, also if the answer is short.
     */
    public void json(int status, byte[] compact) {
        json(status, List.of(compact));
    }

    /** As the other method, for JSON in several pieces, none of which ends inside a text. */
    public void json(int status, List<byte[]> compact) {
        if (ended.compareAndSet(false, true)) {
            byte[] json =
                    JsonIndenter.length(compact) > LONG ? JsonIndenter.joined(compact) : JsonIndenter.lines(compact);
            memory.keepForAnswer(json.length);
            begin(response, status, JSON, json.length);
            PieceWriter.write(this, true, json, callback);
        }
    }

    public void body(int status, String contentType, byte[] bytes) {
        if (ended.compareAndSet(false, true)) {
            send(response, status, contentType, bytes, callback);
        }
    }

    /** Answers a HEAD request; the body that GET has is of unknown length. */
    public void headers() {
        if (ended.compareAndSet(false, true)) {
            response.write(false, ByteBuffer.allocate(0), callback); // as the last write it would have the length 0
        }
    }

    /** Answers with a 204 that no cache keeps. */
    public void noContent() {
        response.getHeaders().remove(HttpHeader.CONTENT_TYPE);
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        response.setStatus(204);
        end();
    }

    /** Sends the caller to another URL of this server, which it reads with GET. */
    public void redirect(String location) {
        response.setStatus(303);
        response.getHeaders().put(HttpHeader.LOCATION, location);
        end();
    }

    /** Adds names of request headers on which the answer depends. */
    public void varyBy(String... names) {
        Set<String> all = new LinkedHashSet<>(response.getHeaders().getCSV(HttpHeader.VARY, false));
        all.addAll(List.of(names));
        response.getHeaders().put(HttpHeader.VARY, String.join(", ", all));
    }

    /**
     * Answers with an error. If the answer has already begun, it is aborted. The request keeps no memory: the rest of
     * its body may come slowly.
     */
    public void fail(Throwable failure) {
        if (response.isCommitted()) {
            abort(failure);
        } else if (ended.compareAndSet(false, true)) {
            memory.end();
            fail(response, failure, callback, largeBodies);
        }
    }

    /** Answers with the error if this work fails. */
    public void failWith(CompletionStage<?> work) {
        work.whenComplete((done, failure) -> {
            if (failure != null) {
                fail(failure);
            }
        });
    }

    /**
     * Lets an answer without a length be sent in chunks, also if the connection is closed after it: its end is then
     * different from the end of a connection. HTTP/1.0 has no chunks.
     */
    public void sendInChunks() {
        if (request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1) {
            response.getHeaders().put(HttpHeader.TRANSFER_ENCODING, "chunked");
        }
    }

    /** Completes an answer. */
    public void end() {
        if (ended.compareAndSet(false, true)) {
            callback.succeeded();
        }
    }

    /**
     * Aborts the answer and resets the connection, also while a write is blocked, so the caller sees that it is
     * incomplete. A plain end would be the normal end of an answer without a length.
     */
    public void abort(Throwable cause) {
        if (ended.compareAndSet(false, true)) {
            cut(cause);
            callback.failed(cause);
        }
    }

    /** Resets the connection; a running write fails. */
    void cut(Throwable cause) {
        EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        if (endPoint.getTransport() instanceof NetworkChannel channel) {
            try {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            } catch (IOException e) {
                // closed already
            }
        }
        endPoint.close(cause);
    }

    /** Answers a failure; nothing may have been written to the response yet. The executor reads the rest of the body. */
    static void fail(Response response, Throwable failure, Callback callback, Executor rest) {
        if (ErrorResponses.unwrap(failure) instanceof HttpErrorException refusal) {
            refusal.headers().forEach((name, value) -> response.getHeaders().put(name, value));
        }
        ErrorResponses.ErrorBody error = ErrorResponses.of(failure);
        boolean isCutOff = error.status() == 408; // the rest of the body does not come
        Callback end = isCutOff ? callback : UnreadBodyDrain.before(callback, response.getRequest(), rest);
        send(response, error.status(), JSON, indented(error.json()), end);
    }

    static void send(Response response, int status, String contentType, byte[] bytes, Callback callback) {
        begin(response, status, contentType, bytes.length);
        response.write(true, ByteBuffer.wrap(bytes), callback);
    }

    private static void begin(Response response, int status, String contentType, int length) {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, length);
    }

    static byte[] indented(byte[] compact) {
        return JsonIndenter.lines(List.of(compact));
    }
}
