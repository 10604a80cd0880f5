"""The words of the pages on which people sign in and look after their account."""

from __future__ import annotations

from devices.model import Text

SIGN_IN_WORDS: dict[str, Text] = {
    "sign_in_title": Text("Đăng nhập", "Sign in"),
    "username": Text("Tên đăng nhập", "User name"),
    "password": Text("Mật khẩu", "Password"),
    "sign_in": Text("Đăng nhập", "Sign in"),
    "or": Text("hoặc", "or"),
    "sign_in_through": Text("Đăng nhập bằng {name}", "Sign in through {name}"),
    "wrong_sign_in": Text(
        "Tên đăng nhập hoặc mật khẩu không đúng, hoặc tài khoản đã bị khóa.",
        "The user name or the password is not right, or the account is disabled.",
    ),
    "forgotten": Text(
        "Quên mật khẩu? Người quản trị của xã đặt lại được cho bạn.",
        "Forgotten your password? The administrator of your commune can set another.",
    ),
    "came_out": Text("Bạn đã đăng xuất.", "You are signed out."),
}

ACCOUNT_WORDS: dict[str, Text] = {
    "account_title": Text("Tài khoản của tôi", "My account"),
    "username": Text("Tên đăng nhập", "User name"),
    "role": Text("Quyền", "Role"),
    "signed_in_on": Text("Đang đăng nhập trên", "Signed in on"),
    "devices_count": Text("{n} thiết bị", "{n} devices"),
    "settings": Text("Tên và ngôn ngữ", "Name and language"),
    "display_name": Text("Tên hiển thị", "Name that others see"),
    "language": Text("Ngôn ngữ", "Language"),
    "save": Text("Lưu", "Save"),
    "saved": Text("Đã lưu.", "Saved."),
    "change_password": Text("Đổi mật khẩu", "Change the password"),
    "current_password": Text("Mật khẩu hiện tại", "Password of now"),
    "new_password": Text("Mật khẩu mới", "New password"),
    "new_password_again": Text("Nhập lại mật khẩu mới", "The new password again"),
    "password_hint": Text(
        "Ít nhất 10 ký tự. Một câu dài dễ nhớ là tốt nhất. Các thiết bị khác sẽ bị đăng xuất.",
        "At least 10 characters; a long phrase is best. Other devices are signed out.",
    ),
    "passwords_differ": Text("Hai lần nhập mật khẩu mới không giống nhau.", "The two new passwords differ."),
    "password_changed": Text("Đã đổi mật khẩu.", "The password is changed."),
    "no_password": Text(
        "Bạn đăng nhập qua nhà cung cấp định danh nên không có mật khẩu ở đây.",
        "You sign in through an identity provider and have no password here.",
    ),
    "sign_out": Text("Đăng xuất", "Sign out"),
    "sign_out_everywhere": Text("Đăng xuất khỏi mọi thiết bị", "Sign out everywhere"),
    "sign_out_everywhere_hint": Text(
        "Dùng khi mất điện thoại hoặc nghi có người dùng tài khoản của bạn.",
        "For when you lost your phone, or think that somebody uses your account.",
    ),
    "refused_title": Text("Không thực hiện được", "This was not done"),
    "go_sign_in": Text("Tới trang đăng nhập", "To the sign-in page"),
    "go_back": Text("Về trang tổng quan", "To the overview"),
}
