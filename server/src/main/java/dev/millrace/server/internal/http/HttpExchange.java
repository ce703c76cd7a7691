package dev.millrace.server.internal.http;

import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.server.security.Grant;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** One request and its answer. The answer is given once; what comes after it is ignored. Safe for many threads. */
public final class HttpExchange {
    private static final String JSON = "application/json";

    private final Request request;
    private final Response response;
    private final Callback callback;
    private final QueryParameters query;
    private final ProjectSlug project;
    private final BearerAuthenticator doorkeeper;
    private final Executor executor;
    private final AtomicBoolean ended = new AtomicBoolean();

    /**
     * A request that has no answer yet.
     *
     * @param executor runs what can wait
     */
    HttpExchange(
            Request request,
            Response response,
            Callback callback,
            QueryParameters query,
            ProjectSlug project,
            BearerAuthenticator doorkeeper,
            Executor executor) {
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.query = query;
        this.project = project;
        this.doorkeeper = doorkeeper;
        this.executor = executor;
    }

    /** Where to go on with what can wait. */
    public Executor executor() {
        return executor;
    }

    /**
     * What the caller may do, by the token it sent. Reads a file.
     *
     * @throws HttpErrorException 401 when it needs one, and sent none that is known
     */
    public CallerPermissions pass() {
        return doorkeeper.admit(request.getHeaders().getValuesList(HttpHeader.AUTHORIZATION), project);
    }

    /** Who it is, for limits: by its token, or else by where it calls from. */
    public String caller(CallerPermissions pass) {
        return pass.grant().equals(Grant.EVERYTHING)
                ? Request.getRemoteAddr(request)
                : pass.grant().id();
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

    public boolean isHead() {
        return request.getMethod().equals("HEAD");
    }

    /** Answers with JSON, indented for people who read it in a terminal. */
    public void json(int status, byte[] compact) {
        if (ended.compareAndSet(false, true)) {
            send(response, status, JSON, indented(compact), callback);
        }
    }

    /** Answers with any other body. */
    public void body(int status, String contentType, byte[] bytes) {
        if (ended.compareAndSet(false, true)) {
            send(response, status, contentType, bytes, callback);
        }
    }

    /** Answers with an error; when the answer has already begun, all that can be done is to break it off. */
    public void fail(Throwable failure) {
        if (response.isCommitted()) {
            abort(failure);
        } else if (ended.compareAndSet(false, true)) {
            fail(response, failure, callback);
        }
    }

    /** Says that an answer which was written piece by piece is complete. */
    public void end() {
        if (ended.compareAndSet(false, true)) {
            callback.succeeded();
        }
    }

    /** Breaks an answer off so that the caller can tell, and closes the connection even while a write is stuck. */
    public void abort(Throwable cause) {
        if (ended.compareAndSet(false, true)) {
            callback.failed(cause);
            request.getConnectionMetaData().getConnection().getEndPoint().close(cause);
        }
    }

    /** Answers a failure on a response of which nothing was written. */
    static void fail(Response response, Throwable failure, Callback callback) {
        if (ErrorResponses.unwrap(failure) instanceof HttpErrorException refusal) {
            refusal.headers().forEach((name, value) -> response.getHeaders().put(name, value));
        }
        ErrorResponses.ErrorBody error = ErrorResponses.of(failure);
        Callback end = UnreadBodyDrain.before(callback, response.getRequest());
        send(response, error.status(), JSON, indented(error.json()), end);
    }

    static void send(Response response, int status, String contentType, byte[] bytes, Callback callback) {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.length);
        response.write(true, ByteBuffer.wrap(bytes), callback);
    }

    static byte[] indented(byte[] compact) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(JsonCodec.indent(compact));
        out.write('\n');
        return out.toByteArray();
    }
}
