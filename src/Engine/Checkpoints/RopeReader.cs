namespace Slerp.Engine.Checkpoints;

/// <summary>Reads rotary settings from config.json: <c>rope_scaling</c> (older: key "type") or the newer <c>rope_parameters</c>.</summary>
internal static class RopeReader
{
    /// <summary>What the Hugging Face families assume where config.json is silent.</summary>
    private const double DefaultTheta = 10_000;

    private const double MaxFactor = 1_000_000;

    /// <summary>The base of the frequencies.</summary>
    public static double ReadTheta(JsonFields fields) =>
        (fields.FindObject("rope_parameters") ?? fields).FindDouble("rope_theta", 1, 1e15)
        ?? fields.FindDouble("rope_theta", 1, 1e15) ?? DefaultTheta;

    /// <summary>The part of a head that is rotated.</summary>
    public static double ReadPartialFactor(JsonFields fields) =>
        (fields.FindObject("rope_parameters") ?? fields).FindDouble("partial_rotary_factor", double.Epsilon, 1)
        ?? fields.FindDouble("partial_rotary_factor", double.Epsilon, 1) ?? 1;

    /// <summary>The scaling rule.</summary>
    /// <param name="fields">config.json.</param>
    /// <param name="maxPositions">max_position_embeddings, already checked.</param>
    public static RopeScaling ReadScaling(JsonFields fields, int maxPositions)
    {
        var name = fields.FindObject("rope_parameters") is null ? "rope_scaling" : "rope_parameters";
        if (fields.FindObject(name) is not { } rope)
        {
            return new RopeScaling.None();
        }

        if (rope.Has("full_attention") || rope.Has("sliding_attention"))
        {
            throw fields.Refuse(name, "differs between kinds of layers; the engine supports one rotary setting per model.");
        }

        var kind = rope.FindText("rope_type") ?? rope.FindText("type") ?? (name == "rope_parameters" ? "default" : null);
        return kind switch
        {
            "default" => new RopeScaling.None(),
            "linear" => new RopeScaling.Linear(Factor(rope)),
            "dynamic" => new RopeScaling.DynamicNtk(Factor(rope), OriginalContext(rope) ?? maxPositions),
            "llama3" => ReadLlama3(rope),
            "yarn" => ReadYarn(rope, maxPositions),
            null => throw fields.Refuse($"{name}.rope_type", "is missing; expected default, linear, dynamic, llama3 or yarn."),
            _ => throw fields.Refuse($"{name}.rope_type", $"is \"{Excerpt.Of(kind)}\"; expected default, linear, dynamic, llama3 or yarn."),
        };
    }

    private static RopeScaling.Llama3 ReadLlama3(JsonFields rope)
    {
        var low = rope.Double("low_freq_factor", 1e-6, MaxFactor);
        var high = rope.Double("high_freq_factor", 1e-6, MaxFactor);
        if (high <= low)
        {
            throw rope.Refuse("high_freq_factor", $"is {high}; expected more than low_freq_factor = {low}.");
        }

        return new RopeScaling.Llama3(Factor(rope), low, high, rope.Int32("original_max_position_embeddings", 1, ModelConfigLimits.Positions));
    }

    private static RopeScaling.Yarn ReadYarn(JsonFields rope, int maxPositions)
    {
        var original = OriginalContext(rope);
        var fast = rope.FindDouble("beta_fast", 1e-6, MaxFactor) ?? 32;
        var slow = rope.FindDouble("beta_slow", 1e-6, MaxFactor) ?? 1;
        if (fast <= slow)
        {
            throw rope.Refuse("beta_fast", $"is {fast}; expected more than beta_slow = {slow}.");
        }

        return new RopeScaling.Yarn(
            original is { } context && !rope.Has("factor") ? Math.Max(1, (double)maxPositions / context) : Factor(rope),
            original ?? maxPositions,
            fast,
            slow,
            rope.FindDouble("attention_factor", 1e-6, MaxFactor),
            rope.FindDouble("mscale", 0, MaxFactor),
            rope.FindDouble("mscale_all_dim", 0, MaxFactor),
            rope.FindBoolean("truncate") ?? true);
    }

    private static double Factor(JsonFields rope) => rope.Double("factor", 1, MaxFactor);

    private static int? OriginalContext(JsonFields rope) => rope.FindInt32("original_max_position_embeddings", 1, ModelConfigLimits.Positions);
}
