using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Polly.Registry;
using Slerp.Connector;
using Slerp.Connector.DependencyInjection;
using Slerp.Connector.Options;
using Slerp.Engine;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers a local language model as an <see cref="IChatClient"/>.</summary>
/// <remarks>
/// Each registration is one model, loaded once and shared: all services are singletons. Registered are <see cref="IChatClient"/> (with the middleware
/// of the builder) and the bare <see cref="SlerpChatClient"/>, keyed where a key is given. A key, and the default, can be registered once: a second
/// time is an error (<see cref="InvalidOperationException"/>), not a mixture of both. The options of a client are named by its key where that is a text.
/// </remarks>
public static class SlerpServiceCollectionExtensions
{
    /// <summary>Registers the embedded model as the default client.</summary>
    /// <param name="services">The services.</param>
    /// <returns>A builder to go on with.</returns>
    public static ISlerpChatClientBuilder AddSlerpChatClient(this IServiceCollection services) =>
        services.AddKeyedSlerpChatClient(null, _ => { });

    /// <summary>Registers the default client.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>A builder to go on with.</returns>
    public static ISlerpChatClientBuilder AddSlerpChatClient(this IServiceCollection services, Action<SlerpChatClientOptions> configure) =>
        services.AddKeyedSlerpChatClient(null, configure);

    /// <summary>Registers the default client from configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section that holds the options, such as <c>configuration.GetSection("Slerp")</c>. It has to exist; keys it does not know are errors.</param>
    /// <returns>A builder to go on with.</returns>
    public static ISlerpChatClientBuilder AddSlerpChatClient(this IServiceCollection services, IConfiguration section) =>
        services.AddKeyedSlerpChatClient(null, section);

    /// <summary>Registers a client under a key.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key; null for the default client.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>A builder to go on with.</returns>
    public static ISlerpChatClientBuilder AddKeyedSlerpChatClient(
        this IServiceCollection services, object? serviceKey, Action<SlerpChatClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        var registration = Claim(services, serviceKey, isConfigured: false);
        services.AddOptions<SlerpChatClientOptions>(registration.OptionsName).Configure(configure).ValidateOnStart();
        return Register(services, registration);
    }

    /// <summary>Registers a client under a key from configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key; null for the default client.</param>
    /// <param name="section">The section that holds the options. It has to exist; keys it does not know are errors.</param>
    /// <returns>A builder to go on with.</returns>
    public static ISlerpChatClientBuilder AddKeyedSlerpChatClient(
        this IServiceCollection services, object? serviceKey, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        var registration = Claim(services, serviceKey, isConfigured: true);
        services.AddOptions<SlerpChatClientOptions>(registration.OptionsName)
            .Bind(section, binder => binder.ErrorOnUnknownConfiguration = true)
            .Require(section)
            .ValidateOnStart();
        return Register(services, registration);
    }

    /// <summary>Loads the model when the host starts, so that the first request does not wait for it.</summary>
    /// <param name="builder">The registration.</param>
    /// <returns>The same builder.</returns>
    public static ISlerpChatClientBuilder WarmUpOnStart(this ISlerpChatClientBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var key = builder.ServiceKey;
        builder.Services.AddSingleton<Hosting.IHostedService>(provider => new WarmUpService(provider.GetRequiredKeyedService<SlerpChatClient>(key).Host));
        return builder;
    }

    /// <summary>Tells <paramref name="progress"/> while the model loads.</summary>
    /// <param name="builder">The registration.</param>
    /// <param name="progress">Told from a worker thread.</param>
    /// <returns>The same builder.</returns>
    public static ISlerpChatClientBuilder ReportLoadProgress(this ISlerpChatClientBuilder builder, IProgress<LoadProgress> progress)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(progress);
        builder.Services.AddKeyedSingleton(builder.ServiceKey, new LoadAudience<SlerpChatClient>(progress));
        return builder;
    }

    private static Registration<SlerpChatClientOptions> Claim(IServiceCollection services, object? key, bool isConfigured) =>
        Registration<SlerpChatClientOptions>.Claim<SlerpChatClientOptionsValidator, SlerpChatClientOptionsCrossValidator>(services, key, isConfigured);

    private static SlerpChatClientBuilder Register(IServiceCollection services, Registration<SlerpChatClientOptions> registration)
    {
        var key = registration.Key;
        services.TryAddKeyedSingleton(key, (provider, _) => CreateClient(provider, registration));
        var builder = new SlerpChatClientBuilder(services, key);
        services.AddKeyedSingleton<IChatClient>(key, (provider, _) => builder.Build(provider));
        return builder;
    }

    private static SlerpChatClient CreateClient(IServiceProvider provider, Registration<SlerpChatClientOptions> registration)
    {
        var (options, key) = (registration.Options(provider), registration.Key);
        var reporting = SharedServices.Reporting<SlerpChatClient>(provider);
        SharedServices.TellOfEmbeddedModel(reporting.Logger, registration, options.ModelPath, options.ResolvedModelPath);
        return new SlerpChatClient(SharedServices.Host<SlerpChatClient>(provider, options.ToEngineOptions(), key), options, reporting with
        {
            Checks = [.. provider.GetServices<IQualityCheck>(), .. key is null ? [] : provider.GetKeyedServices<IQualityCheck>(key)],
            Key = registration.OptionsName,
            Pipelines = provider.GetService<ResiliencePipelineProvider<string>>(),
        });
    }
}
