from django.urls import path

from doorstep.web.signing import first, lost, passkeys, proving, sso, views, yours

urlpatterns = [
    path("/sign-in", views.sign_in, name="sign_in"),
    path("/sign-in/with", sso.go, name="sso"),
    path("/sign-in/back", sso.back, name="sso_back"),
    path("/sign-in/second", views.second, name="second"),
    path("/sign-in/first", first.first_factor, name="first_factor"),
    path("/sign-in/kept", first.recovery_kept, name="recovery_kept"),
    path("/sign-in/recovery", views.recovery, name="recovery"),
    path("/sign-in/passkey", passkeys.sign_in, name="passkey"),
    path("/sign-in/passkey/options", passkeys.options, name="passkey_options"),
    path("/sign-in/prove", proving.prove, name="prove"),
    path("/sign-in/link/<str:token>", lost.way_back, name="way_back"),
    path("/sign-in/alarms/<int:number>", lost.alarm_seen, name="alarm_seen"),
    path("/sign-in/left", views.left, name="left"),
    path("/sign-in/stay", views.stay, name="stay"),
    path("/sign-in/yours", yours.yours, name="yours"),
    path("/sign-in/yours/add", yours.add, name="add_way"),
    path("/sign-in/yours/keys/<int:number>", yours.key, name="own_key"),
    path("/sign-in/yours/app/remove", yours.remove_app, name="remove_app"),
    path("/sign-in/yours/recovery", yours.new_recovery, name="new_recovery"),
    path("/sign-in/yours/password", yours.password, name="own_password"),
    path("/sign-in/yours/devices", yours.end, name="end_devices"),
    path("/sign-out", views.sign_out, name="sign_out"),
]
