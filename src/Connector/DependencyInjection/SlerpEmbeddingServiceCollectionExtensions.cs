using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Slerp.Connector;
using Slerp.Connector.DependencyInjection;
using Slerp.Connector.Options;
using Slerp.Engine;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers a local language model as an <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/>.</summary>
/// <remarks>
/// All services are singletons. Registered are <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/> of text (with the middleware of the builder) and the concrete
/// <see cref="SlerpEmbeddingGenerator"/>, keyed where a key is given. A generator of a checkpoint that a chat client of the same container uses
/// shares its engine and weights, unless it names engine settings of its own or the client has an adapter. A key, and the default, can be registered once.
/// </remarks>
public static class SlerpEmbeddingServiceCollectionExtensions
{
    /// <summary>Registers the embedded model as the default generator.</summary>
    /// <param name="services">The services.</param>
    /// <returns>A builder to go on with.</returns>
    public static ISlerpEmbeddingGeneratorBuilder AddSlerpEmbeddingGenerator(this IServiceCollection services) =>
        services.AddKeyedSlerpEmbeddingGenerator(null, _ => { });

    /// <summary>Registers the default generator.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>A builder to go on with.</returns>
    public static ISlerpEmbeddingGeneratorBuilder AddSlerpEmbeddingGenerator(this IServiceCollection services, Action<SlerpEmbeddingGeneratorOptions> configure) =>
        services.AddKeyedSlerpEmbeddingGenerator(null, configure);

    /// <summary>Registers the default generator from configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section that holds the options. It has to exist; keys it does not know are errors.</param>
    /// <returns>A builder to go on with.</returns>
    public static ISlerpEmbeddingGeneratorBuilder AddSlerpEmbeddingGenerator(this IServiceCollection services, IConfiguration section) =>
        services.AddKeyedSlerpEmbeddingGenerator(null, section);

    /// <summary>Registers a generator under a key.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key; null for the default generator.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>A builder to go on with.</returns>
    public static ISlerpEmbeddingGeneratorBuilder AddKeyedSlerpEmbeddingGenerator(
        this IServiceCollection services, object? serviceKey, Action<SlerpEmbeddingGeneratorOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        var registration = Claim(services, serviceKey, isConfigured: false);
        services.AddOptions<SlerpEmbeddingGeneratorOptions>(registration.OptionsName).Configure(configure).ValidateOnStart();
        return Register(services, registration);
    }

    /// <summary>Registers a generator under a key from configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key; null for the default generator.</param>
    /// <param name="section">The section that holds the options. It has to exist; keys it does not know are errors.</param>
    /// <returns>A builder to go on with.</returns>
    public static ISlerpEmbeddingGeneratorBuilder AddKeyedSlerpEmbeddingGenerator(this IServiceCollection services, object? serviceKey, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        var registration = Claim(services, serviceKey, isConfigured: true);
        services.AddOptions<SlerpEmbeddingGeneratorOptions>(registration.OptionsName)
            .Bind(section, binder => binder.ErrorOnUnknownConfiguration = true)
            .Require(section)
            .ValidateOnStart();
        return Register(services, registration);
    }

    /// <summary>Loads the model when the host starts, so that the first call does not wait for it.</summary>
    /// <param name="builder">The registration.</param>
    /// <returns>The same builder.</returns>
    public static ISlerpEmbeddingGeneratorBuilder WarmUpOnStart(this ISlerpEmbeddingGeneratorBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var key = builder.ServiceKey;
        builder.Services.AddSingleton<Hosting.IHostedService>(provider => new WarmUpService(provider.GetRequiredKeyedService<SlerpEmbeddingGenerator>(key).Host));
        return builder;
    }

    /// <summary>Tells <paramref name="progress"/> while the model loads.</summary>
    /// <param name="builder">The registration.</param>
    /// <param name="progress">Told from a worker thread.</param>
    /// <returns>The same builder.</returns>
    public static ISlerpEmbeddingGeneratorBuilder ReportLoadProgress(this ISlerpEmbeddingGeneratorBuilder builder, IProgress<LoadProgress> progress)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(progress);
        builder.Services.AddKeyedSingleton(builder.ServiceKey, new LoadAudience<SlerpEmbeddingGenerator>(progress));
        return builder;
    }

    private static Registration<SlerpEmbeddingGeneratorOptions> Claim(IServiceCollection services, object? key, bool isConfigured) =>
        Registration<SlerpEmbeddingGeneratorOptions>.Claim<SlerpEmbeddingGeneratorOptionsValidator, SlerpEmbeddingGeneratorOptionsCrossValidator>(services, key, isConfigured);

    private static SlerpEmbeddingGeneratorBuilder Register(IServiceCollection services, Registration<SlerpEmbeddingGeneratorOptions> registration)
    {
        var key = registration.Key;
        services.TryAddKeyedSingleton(key, (provider, _) => Create(provider, registration));
        var builder = new SlerpEmbeddingGeneratorBuilder(services, key);
        services.AddKeyedSingleton<IEmbeddingGenerator<string, Embedding<float>>>(key, (provider, _) => builder.Build(provider));
        return builder;
    }

    private static SlerpEmbeddingGenerator Create(IServiceProvider provider, Registration<SlerpEmbeddingGeneratorOptions> registration)
    {
        var options = registration.Options(provider);
        var reporting = SharedServices.Reporting<SlerpEmbeddingGenerator>(provider);
        SharedServices.TellOfEmbeddedModel(reporting.Logger, registration, options.ModelPath, options.ResolvedModelPath);
        return new SlerpEmbeddingGenerator(SharedServices.Host<SlerpEmbeddingGenerator>(provider, EngineSettings(provider, options), registration.Key), options, reporting);
    }

    private static EngineOptions EngineSettings(IServiceProvider provider, SlerpEmbeddingGeneratorOptions options)
    {
        if (options.Engine is not null)
        {
            return options.ToEngineOptions();
        }

        var folder = Path.GetFullPath(options.ResolvedModelPath);
        return provider.GetServices<Registration<SlerpChatClientOptions>>()
            .Select(registration => registration.Options(provider))
            .FirstOrDefault(chat => chat.Engine.AdapterPath is null && Path.GetFullPath(chat.ResolvedModelPath) == folder)
            ?.ToEngineOptions() ?? options.ToEngineOptions();
    }
}
