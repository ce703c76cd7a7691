package dev.millrace.processors.agent.http;

import dev.millrace.core.hosting.EventStreamInput;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import okhttp3.Dispatcher;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Okio;

/**
 * The HTTP client of all agents of this JVM. Each stream needs a thread, so the default limit of five per host is
 * raised; threads are daemons and end when idle. It sends nothing twice (the agent does), and follows no redirects, because a key must go only to the configured server.
 */
final class SharedHttpClient {
    /** The longest silence of a server. Reasoning models can think for long before the first byte. */
    static final Duration IDLE = Duration.ofMinutes(2);

    private static final int MOST_STREAMS = 1024;

    private SharedHttpClient() {}

    static OkHttpClient get() {
        return Holder.CLIENT;
    }

    private static final class Holder {
        static final OkHttpClient CLIENT = client();

        private static OkHttpClient client() {
            Dispatcher dispatcher = new Dispatcher(new ThreadPoolExecutor(
                    0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                        Thread thread = new Thread(task, "millrace-model");
                        thread.setDaemon(true);
                        return thread;
                    }));
            dispatcher.setMaxRequests(MOST_STREAMS);
            dispatcher.setMaxRequestsPerHost(MOST_STREAMS);
            return new OkHttpClient.Builder()
                    .dispatcher(dispatcher)
                    .connectTimeout(Duration.ofSeconds(10))
                    .writeTimeout(Duration.ofSeconds(30))
                    .readTimeout(IDLE)
                    .retryOnConnectionFailure(false)
                    .followRedirects(false)
                    .followSslRedirects(false)
                    .addInterceptor(chain -> withLineFeeds(chain.proceed(chain.request())))
                    .build();
        }

        /** The parser of event streams reads the lines of an event only to an LF. */
        private static Response withLineFeeds(Response response) {
            ResponseBody body = response.body();
            MediaType type = body.contentType();
            if (type == null || !type.subtype().equals("event-stream")) {
                return response;
            }
            InputStream lines = new EventStreamInput(body.byteStream());
            return response.newBuilder()
                    .body(ResponseBody.create(Okio.buffer(Okio.source(lines)), type, -1))
                    .build();
        }
    }
}
