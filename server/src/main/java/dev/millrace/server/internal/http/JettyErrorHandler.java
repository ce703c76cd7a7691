package dev.millrace.server.internal.http;

import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Jetty's error handler: writes what Jetty itself refuses in the same form as all other errors. */
public final class JettyErrorHandler extends ErrorHandler {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status = response.getStatus();
        Object message = request.getAttribute(ERROR_MESSAGE);
        ErrorResponses.ErrorBody error =
                ErrorResponses.of(status, message == null ? "status " + status : message.toString());
        HttpExchange.send(response, status, "application/json", HttpExchange.indented(error.json()), callback);
        return true;
    }
}
