using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Slerp.Connector.Hosting;
using Slerp.Connector.Telemetry;
using Slerp.Engine;

namespace Slerp.Connector.DependencyInjection;

/// <summary>What every registration needs once per container.</summary>
internal static class SharedServices
{
    /// <summary>Registers what is shared.</summary>
    public static void Add(IServiceCollection services)
    {
        services.TryAddSingleton<IEngineLoader>(provider => new SlerpEngineLoader(Clock(provider), [.. provider.GetServices<BackendProvider>()]));
        services.TryAddSingleton(provider => new SlerpInstruments(provider.GetService<IMeterFactory>()));
        services.TryAddSingleton(provider => new EngineHostPool(
            provider.GetRequiredService<IEngineLoader>(), Loggers(provider).CreateLogger<EngineHostPool>(), provider.GetRequiredService<SlerpInstruments>(), Clock(provider)));
    }

    /// <summary>The engine of some settings, shared with whoever asks for the same.</summary>
    public static EngineHost Host<TClient>(IServiceProvider provider, EngineOptions options, object? key) =>
        provider.GetRequiredService<EngineHostPool>().Get(options, [.. provider.GetKeyedServices<LoadAudience<TClient>>(key).Select(static audience => audience.Progress)]);

    /// <summary>What a client reports to.</summary>
    public static ChatClientServices Reporting<TClient>(IServiceProvider provider) =>
        new(Loggers(provider).CreateLogger<TClient>(), provider.GetRequiredService<SlerpInstruments>(), Clock(provider));

    /// <summary>Says that nobody named a model, where nobody did.</summary>
    public static void TellOfEmbeddedModel<TOptions>(ILogger logger, Registration<TOptions> registration, string? modelPath, string resolvedPath)
        where TOptions : class
    {
        if (modelPath is null)
        {
            var client = registration.OptionsName.Length == 0 ? "the default client" : $"the client '{registration.OptionsName}'";
            logger.UsesEmbeddedModel(registration.IsConfigured ? LogLevel.Warning : LogLevel.Information, client, resolvedPath);
        }
    }

    private static ILoggerFactory Loggers(IServiceProvider provider) => provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;

    private static TimeProvider Clock(IServiceProvider provider) => provider.GetService<TimeProvider>() ?? TimeProvider.System;
}
