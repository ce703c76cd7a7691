package dev.millrace.server;

import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** What the HTTP layer itself refuses, in the same form as every other error. */
final class ErrorAnswers extends ErrorHandler {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status = response.getStatus();
        Object message = request.getAttribute(ERROR_MESSAGE);
        ErrorBodies.ErrorBody error = ErrorBodies.of(status, message == null ? "status " + status : message.toString());
        Exchange.send(response, status, "application/json", Exchange.indented(error.json()), callback);
        return true;
    }
}
