package dev.millrace.jsonata;

import com.dashjoin.jsonata.Functions;
import com.dashjoin.jsonata.Jsonata.JFunction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A built-in function that checks the {@link EvaluationMeter} before and after each call. Immutable. */
@SuppressWarnings("rawtypes") // the evaluator's own signatures are raw
final class GuardedFunction extends JFunction {
    /** Code that runs before, or instead of, the evaluator's own function. */
    interface Body {
        @Nullable Object apply(FunctionArguments arguments, EvaluationMeter meter);
    }

    /** The result of a body that lets the evaluator's own function run. */
    static final Object PROCEED = new Object();

    private final Body body;

    GuardedFunction(String name, String signature, String method, Body body) {
        super(name, signature, Functions.class, null, method);
        this.body = body;
    }

    @Override
    public @Nullable Object call(@Nullable Object input, List arguments) {
        EvaluationMeter meter = EvaluationMeter.current();
        meter.check();
        Object own = body.apply(new FunctionArguments(arguments), meter);
        Object result = Numbers.normalize(own == PROCEED ? super.call(input, arguments) : own);
        meter.made(result);
        return result;
    }
}
