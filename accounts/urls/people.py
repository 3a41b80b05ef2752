"""The addresses of signing in, of one's own pages and of people."""

from django.urls import path

from accounts.pages import me, passwords, people, person, security, sessions, signing_in, today

urlpatterns = [
    path("", today.Today.as_view(), name="today"),
    path("sign-in/", signing_in.SignIn.as_view(), name="sign-in"),
    path("sign-in/code/", signing_in.SecondFactor.as_view(), name="second-factor"),
    path("sign-in/set-up/", signing_in.SetUpSecondFactor.as_view(), name="set-up-second-factor"),
    path("sign-in/recovery-codes/", signing_in.RecoveryCodes.as_view(), name="recovery-codes"),
    path("sign-out/", signing_in.SignOut.as_view(), name="sign-out"),
    path("forgot/", passwords.Forgot.as_view(), name="forgot"),
    path("set-password/<str:uid>/<str:token>/", passwords.SetPassword.as_view(), name="set-password"),
    path("me/", me.Me.as_view(), name="me"),
    path("me/availability/", me.AvailabilityChoice.as_view(), name="me-availability"),
    path("me/security/", security.Security.as_view(), name="me-security"),
    path("me/security/off/", security.SecondFactorOff.as_view(), name="me-second-factor-off"),
    path("me/security/codes/", security.RenewCodes.as_view(), name="me-codes"),
    path("me/sessions/", sessions.Sessions.as_view(), name="me-sessions"),
    path("me/sessions/end/", sessions.EndSessions.as_view(), name="me-sessions-end"),
    path("me/sessions/<uuid:session_id>/end/", sessions.EndSession.as_view(), name="me-session-end"),
    path("people/", people.People.as_view(), name="people"),
    path("people/new/", people.NewPerson.as_view(), name="person-new"),
    path("people/<uuid:person_id>/", person.ProfileOfPerson.as_view(), name="person"),
    path("people/<uuid:person_id>/rights/", person.RightsOfPerson.as_view(), name="person-rights"),
    path("people/<uuid:person_id>/deactivate/", person.Deactivate.as_view(), name="person-deactivate"),
    path("people/<uuid:person_id>/reactivate/", person.Reactivate.as_view(), name="person-reactivate"),
    path("people/<uuid:person_id>/second-factor/", person.RemoveSecondFactor.as_view(), name="person-second-factor"),
    path("people/<uuid:person_id>/password-link/", person.NewPasswordLink.as_view(), name="person-password-link"),
]
