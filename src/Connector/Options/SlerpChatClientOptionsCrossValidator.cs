using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Slerp.Engine;

namespace Slerp.Connector.Options;

/// <summary>What attributes cannot say: files that must be there, and rules between fields.</summary>
internal sealed class SlerpChatClientOptionsCrossValidator : IValidateOptions<SlerpChatClientOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, SlerpChatClientOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        CheckModel(options, failures);
        CheckSpeculator(options, failures);
        CheckDefaults(options, failures);
        CheckQuality(options, failures);
        return failures.Build();
    }

    private static void CheckModel(SlerpChatClientOptions options, ValidateOptionsResultBuilder failures)
    {
        if (options.ModelId is { } id && string.IsNullOrWhiteSpace(id))
        {
            failures.AddError("is empty; leave it null to use the folder's name.", nameof(options.ModelId));
        }

        if (!Enum.IsDefined(options.UnsupportedContent))
        {
            failures.AddError($"is {(int)options.UnsupportedContent}; expected Throw or Ignore.", nameof(options.UnsupportedContent));
        }

        CheckpointCheck.AddFaults(options.ModelPath, failures);
        CheckpointCheck.AddAdapterFaults(options.Engine?.AdapterPath, failures);
    }

    private static void CheckSpeculator(SlerpChatClientOptions options, ValidateOptionsResultBuilder failures)
    {
        if (options.Engine?.SpeculatorPath is { } path && !File.Exists(Path.Combine(path, "config.json")))
        {
            failures.AddError($"'{path}' holds no config.json. Set it to the folder of an MLP speculator made for this model, or leave it null.", "Engine.SpeculatorPath");
        }
    }

    private static void CheckDefaults(SlerpChatClientOptions options, ValidateOptionsResultBuilder failures)
    {
        if (options.Engine is not { } engine || options.Defaults is not { } defaults)
        {
            failures.AddError("Engine and Defaults must not be null.");
            return;
        }

        if (defaults.Merging is null)
        {
            failures.AddError("must not be null; its Mode None turns merging off.", "Defaults.Merging");
        }
        else if (defaults.Merging is { Mode: SlerpMergingMode.Prompt, Variant: MergeVariant.Reference, Threshold: not null })
        {
            failures.AddError("pairs by similarity; the published arithmetic (Variant Reference) pairs by parity. Leave it null, or choose PerRow.", "Defaults.Merging.Threshold");
        }

        if (engine.ContextTokens > 0 && defaults.MaxOutputTokens >= engine.ContextTokens)
        {
            failures.AddError(
                $"is {defaults.MaxOutputTokens}, which leaves no room for a prompt: Engine.ContextTokens is {engine.ContextTokens}. Lower it or raise ContextTokens.",
                "Defaults.MaxOutputTokens");
        }
    }

    private static void CheckQuality(SlerpChatClientOptions options, ValidateOptionsResultBuilder failures)
    {
        foreach (var name in options.Quality?.Checks ?? [])
        {
            if (!EngineCatalog.QualityChecks.Contains(name))
            {
                failures.AddError($"names '{name}'. Known: {string.Join(", ", EngineCatalog.QualityChecks)}.", "Quality.Checks");
            }
        }

        if (options.Quality is { AgreementBudget: not null, ShadowShare: 0 })
        {
            failures.AddError("is fed by comparisons, but Quality.ShadowShare is 0. Set that above 0, or leave the budget null.", "Quality.AgreementBudget");
        }

        try
        {
            // Polly knows the ranges of its own options.
            new ResiliencePipelineBuilder<DecodingOutcome>().AddCircuitBreaker(options.Resilience.ToCircuitBreaker(new CircuitBreakerStateProvider())).Build();
        }
        catch (ValidationException invalid)
        {
            failures.AddError(invalid.Message.ReplaceLineEndings(" "), "Resilience.CircuitBreaker");
        }
    }
}
