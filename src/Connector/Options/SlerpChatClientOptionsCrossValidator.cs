using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Registry;
using Slerp.Connector.Translation;
using Slerp.Engine;

namespace Slerp.Connector.Options;

/// <summary>What attributes cannot say: files that must be there, names of what the application registers, and rules between fields.</summary>
/// <param name="backends">The backends that the application brings; null for none.</param>
/// <param name="pipelines">The application's own pipelines; null where it has none.</param>
internal sealed class SlerpChatClientOptionsCrossValidator(
    IEnumerable<BackendProvider>? backends = null, ResiliencePipelineProvider<string>? pipelines = null) : IValidateOptions<SlerpChatClientOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, SlerpChatClientOptions options)
    {
        var failures = new ValidateOptionsResultBuilder();
        CheckpointCheck.AddFaults(options.ModelId, options.ModelPath, options.Engine, failures);
        EngineCheck.AddFaults(options.Engine, backends, failures);
        if (!Enum.IsDefined(options.UnsupportedContent))
        {
            failures.AddError($"is {(int)options.UnsupportedContent}; expected Throw or Ignore.", nameof(options.UnsupportedContent));
        }

        if (options is { Engine: { } engine, Defaults: { } defaults, Quality: { } quality, Resilience: { } resilience })
        {
            CheckDefaults(engine, defaults, failures);
            CheckQuality(quality, failures);
            CheckResilience(resilience, failures);
        }
        else
        {
            failures.AddError("Engine, Defaults, Quality and Resilience must not be null.");
        }

        return failures.Build();
    }

    private static void CheckDefaults(SlerpEngineOptions engine, SlerpGenerationDefaults defaults, ValidateOptionsResultBuilder failures)
    {
        if (!EngineCatalog.Drafters.Contains(defaults.Drafter))
        {
            failures.AddError($"is '{defaults.Drafter}'. Known: {string.Join(", ", EngineCatalog.Drafters)}.", "Defaults.Drafter");
        }
        else if (defaults.Merging?.Mode == SlerpMergingMode.Incremental && !RequestTranslator.MayMergeIncrementally(defaults.Drafter))
        {
            failures.AddError($"is '{defaults.Drafter}', which cannot draft where Defaults.Merging.Mode is Incremental. Use 'auto' or 'vanilla', or merge only the prompt.", "Defaults.Drafter");
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

    private static void CheckQuality(SlerpQualityOptions quality, ValidateOptionsResultBuilder failures)
    {
        foreach (var name in quality.Checks ?? [])
        {
            if (!EngineCatalog.QualityChecks.Contains(name))
            {
                failures.AddError($"names '{name}'. Known: {string.Join(", ", EngineCatalog.QualityChecks)}.", "Quality.Checks");
            }
        }

        if (quality is { AgreementBudget: not null, ShadowShare: 0 })
        {
            failures.AddError("is fed by comparisons, but Quality.ShadowShare is 0. Set that above 0, or leave the budget null.", "Quality.AgreementBudget");
        }
    }

    private void CheckResilience(ResilienceOptions resilience, ValidateOptionsResultBuilder failures)
    {
        try
        {
            // Polly knows the ranges of its own options.
            new ResiliencePipelineBuilder<DecodingOutcome>().AddCircuitBreaker(resilience.ToCircuitBreaker(new CircuitBreakerStateProvider())).Build();
        }
        catch (ValidationException invalid)
        {
            failures.AddError(invalid.Message.ReplaceLineEndings(" "), "Resilience.CircuitBreaker");
        }

        if (resilience.PipelineName is { } pipeline && pipelines?.TryGetPipeline<DecodingOutcome>(pipeline, out _) != true)
        {
            failures.AddError(
                $"is '{pipeline}'; {(pipelines is null ? "the services have no ResiliencePipelineProvider<string>" : "the ResiliencePipelineProvider<string> of the services knows no pipeline")} "
                + $"of {nameof(DecodingOutcome)} by that name. Register it before the application starts, or leave the name null.",
                "Resilience.PipelineName");
        }
    }
}
