package dev.millrace.jsonata;

import com.dashjoin.jsonata.JException;
import com.dashjoin.jsonata.Jsonata;
import com.dashjoin.jsonata.Jsonata.EntryCallback;
import com.dashjoin.jsonata.Jsonata.ExitCallback;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A compiler of expressions, with a cache of the 100 expressions that were used last. Thread-safe. */
final class ExpressionCompiler {
    private static final int KEPT = 100;
    private static final EntryCallback ENTRY =
            (symbol, input, frame) -> EvaluationMeter.current().enter();
    private static final ExitCallback EXIT =
            (symbol, input, frame, result) -> EvaluationMeter.current().exit(symbol, result);

    private static final Map<Key, Expression> CACHE = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Expression> eldest) {
            return size() > KEPT;
        }
    };

    private record Key(String text, EvaluationLimits bounds) {}

    private ExpressionCompiler() {}

    static Expression compile(String text, EvaluationLimits evaluationLimits) {
        Key key = new Key(text, evaluationLimits);
        Expression expression;
        synchronized (CACHE) {
            expression = CACHE.get(key);
        }
        if (expression == null) {
            expression = make(text, evaluationLimits);
            synchronized (CACHE) {
                CACHE.put(key, expression);
            }
        }
        return expression;
    }

    private static Expression make(String text, EvaluationLimits evaluationLimits) {
        if (text.length() > evaluationLimits.expressionLength()) {
            throw new IllegalArgumentException("cannot compile JSONata: it has " + text.length()
                    + " characters (limit: expressionLength " + evaluationLimits.expressionLength() + ")");
        }
        if (text.isBlank()) {
            throw failed(text, "it is empty (position 0)", null);
        }
        try {
            return new Expression(text, evaluationLimits, jsonata(text));
        } catch (JException e) {
            throw failed(text, EvaluationErrors.of(e), null);
        } catch (StackOverflowError e) {
            throw failed(text, "it is nested too deeply", null);
        } catch (SourceException e) {
            throw failed(text, e.getMessage() + " (position " + e.position() + ")", null);
        } catch (IndexOutOfBoundsException e) {
            throw failed(text, "it ends too early (position " + text.length() + ")", e);
        } catch (RuntimeException e) {
            throw failed(text, "it is not a JSONata expression", e);
        }
    }

    private static Jsonata jsonata(String text) {
        PreparedSource source = new SourceRewriter(text).scan();
        Jsonata jsonata = Jsonata.jsonata(source.text());
        jsonata.setValidateInput(false);
        jsonata.setOutputConvertNulls(false);
        jsonata.assign("__evaluate_entry", ENTRY);
        jsonata.assign("__evaluate_exit", EXIT);
        BuiltInFunctions.all().forEach(jsonata::registerFunction);
        source.regexes().forEach(jsonata::registerFunction);
        return jsonata;
    }

    private static IllegalArgumentException failed(String text, @Nullable String why, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "cannot compile JSONata: " + EvaluationErrors.excerpt(text) + "; " + why, cause);
    }
}
