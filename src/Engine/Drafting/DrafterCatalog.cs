using Slerp.Engine.Drafting.DraftModel;
using Slerp.Engine.Drafting.LayerSkipping;
using Slerp.Engine.Drafting.MlpSpeculator;
using Slerp.Engine.Drafting.PromptLookup;
using Slerp.Engine.Drafting.TokenRecycling;
using Slerp.Engine.Drafting.TreeGrowth;

namespace Slerp.Engine.Drafting;

/// <summary>The drafters of this build, one line each.</summary>
internal static class DrafterCatalog
{
    /// <summary>Decodes without a drafter.</summary>
    public const string Vanilla = "vanilla";

    // A tree of the size that is nearly free on a large card; what pays on the machine at hand is cut out of it.
    private const int MaxNodes = 64;

    private static readonly Dictionary<string, Func<DraftEnvironment, IDrafter?>> Factories = new(StringComparer.Ordinal)
    {
        ["auto"] = static environment => new TreeDrafter("auto", environment.Prices, MaxNodes, context => [Lookup(context), Recycling(environment, context)]),
        [Vanilla] = static _ => null,
        ["recycling"] = static environment => new TreeDrafter("recycling", environment.Prices, MaxNodes, context => [Recycling(environment, context)]),
        ["lookup"] = static environment => new TreeDrafter("lookup", environment.Prices, MaxNodes, context => [Lookup(context)]),
        ["draft"] = static environment => environment.DraftModel is { } model
            ? new DraftModelDrafter(model, environment.Prices, environment.Target.VocabularySize, environment.Time)
            : null,
        ["skip"] = static environment => new LayerSkippingDrafter(environment.Decoder, environment.Mask, environment.Cache, environment.Workspace),
        ["mlp"] = static environment => environment.Speculator is { } speculator ? new MlpSpeculatorDrafter(speculator, environment.Prices, environment.Target.Parameters, environment.Time) : null,
    };

    private static readonly Dictionary<string, string> Needed = new(StringComparer.Ordinal)
    {
        ["draft"] = "a second checkpoint of the same vocabulary: set DraftModelPath",
        ["mlp"] = "a speculator made for this model: set SpeculatorPath",
    };

    /// <summary>Their names, the default first.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Factories.Keys];

    /// <summary>Makes every drafter the environment has what it needs for; null stands for plain decoding.</summary>
    public static Dictionary<string, IDrafter?> CreateAll(DraftEnvironment environment) => Factories
        .Select(entry => KeyValuePair.Create(entry.Key, entry.Value(environment)))
        .Where(static entry => entry.Key == Vanilla || entry.Value is not null)
        .ToDictionary(StringComparer.Ordinal);

    /// <summary>What a drafter needs that not every engine has.</summary>
    public static string NeedsOf(string name) => Needed.GetValueOrDefault(name, "what this engine was not loaded with");

    private static LookupSource Lookup(IDraftContext context) => new(context.Tokens);

    private static RecyclingSource Recycling(DraftEnvironment environment, IDraftContext context) =>
        new(context, environment.Recycling);
}
