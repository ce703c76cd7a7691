package dev.millrace.core.internal.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.core.json.UTF8JsonGenerator;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import java.io.DataInput;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Serial;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * A factory whose parsers refuse numbers that break the rule of {@link JsonNumbers}, wherever the text comes from. Its
 * generators write decimal numbers so that they keep the rule.
 */
final class CheckingJsonFactory extends JsonFactory {
    @Serial
    private static final long serialVersionUID = 1L;

    private final int times;

    /**
     * Creates a factory that allows {@code times} the bounds of the rule. The rule replaces the limit of the library,
     * whose message does not show the number.
     */
    CheckingJsonFactory(int times) {
        this.times = times;
        enable(JsonGenerator.Feature.COMBINE_UNICODE_SURROGATES_IN_UTF8);
        setStreamReadConstraints(StreamReadConstraints.builder()
                .maxNumberLength(Integer.MAX_VALUE)
                .build());
    }

    private CheckingJsonFactory(CheckingJsonFactory from) {
        super(from, null);
        this.times = from.times;
    }

    /** A factory for stored events: without the rule, and without limits. */
    static JsonFactory unlimited() {
        JsonFactory factory = new JsonFactory();
        factory.enable(JsonGenerator.Feature.COMBINE_UNICODE_SURROGATES_IN_UTF8);
        factory.setStreamReadConstraints(StreamReadConstraints.builder()
                .maxNumberLength(Integer.MAX_VALUE)
                .maxNestingDepth(Integer.MAX_VALUE)
                .maxStringLength(Integer.MAX_VALUE)
                .maxNameLength(Integer.MAX_VALUE)
                .build());
        factory.setStreamWriteConstraints(StreamWriteConstraints.builder()
                .maxNestingDepth(Integer.MAX_VALUE)
                .build());
        return factory;
    }

    @Override
    public JsonFactory copy() {
        return new CheckingJsonFactory(this);
    }

    @Override
    protected JsonParser _createParser(InputStream in, IOContext context) throws IOException {
        return new CheckingParser(times, super._createParser(in, context));
    }

    @Override
    protected JsonParser _createParser(Reader reader, IOContext context) throws IOException {
        return new CheckingParser(times, super._createParser(reader, context));
    }

    @Override
    protected JsonParser _createParser(char[] data, int offset, int length, IOContext context, boolean recyclable)
            throws IOException {
        return new CheckingParser(times, super._createParser(data, offset, length, context, recyclable));
    }

    @Override
    protected JsonParser _createParser(byte[] data, int offset, int length, IOContext context) throws IOException {
        return new CheckingParser(times, super._createParser(data, offset, length, context));
    }

    @Override
    protected JsonParser _createParser(DataInput input, IOContext context) throws IOException {
        return new CheckingParser(times, super._createParser(input, context));
    }

    @Override
    protected JsonGenerator _createUTF8Generator(OutputStream out, IOContext context) {
        return new UTF8JsonGenerator(context, _generatorFeatures, getCodec(), out, DEFAULT_QUOTE_CHAR) {
            @Override
            public void writeNumber(BigDecimal value) throws IOException {
                if (value == null) {
                    writeNull();
                } else {
                    writeNumber(JsonNumbers.text(value));
                }
            }
        };
    }

    /** Checks each token when it becomes the current one, before anybody asks for its value. */
    private static final class CheckingParser extends JsonParserDelegate {
        private final int times;

        CheckingParser(int times, JsonParser delegate) {
            super(delegate);
            this.times = times;
        }

        @Override
        public @Nullable JsonToken nextToken() throws IOException {
            JsonToken token = delegate.nextToken();
            if (token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT) {
                JsonNumbers.check(delegate, times);
            }
            return token;
        }

        @Override
        public @Nullable JsonToken nextValue() throws IOException {
            JsonToken token = nextToken();
            return token == JsonToken.FIELD_NAME ? nextToken() : token;
        }

        @Override
        public JsonParser skipChildren() throws IOException {
            JsonToken first = currentToken();
            if (first == JsonToken.START_OBJECT || first == JsonToken.START_ARRAY) {
                int open = 1;
                while (open > 0) {
                    JsonToken token = nextToken();
                    if (token == null) {
                        return this; // the parser has reported an incomplete value
                    }
                    open += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                }
            }
            return this;
        }
    }
}
